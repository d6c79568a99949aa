//go:build unix

package launch

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// watchScript kills a group when its standard input ends. A signal at the death of
// the parent, which Linux has, would reach only the command itself, and depend on
// the thread that started it.
const watchScript = `read -r _; kill -s KILL -- "-$1"`

// A group is a command and what it has started, as far as that stays in its process
// group.
type group struct {
	id       int
	watchdog *exec.Cmd // its input ends when we do; nil: there is none
}

// inOwnGroup makes cmd the leader of a process group when it starts.
func inOwnGroup(cmd *exec.Cmd) {
	adoptOrphans()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// groupOf is the group of this leader. Without a shell it goes unwatched: it is
// stopped as any other, unless we are killed.
func groupOf(leader *os.Process) *group {
	g := &group{id: leader.Pid}
	watchdog := exec.Command("/bin/sh", "-c", watchScript, "sh", strconv.Itoa(g.id))
	inOwnGroup(watchdog) // what the terminal sends to our group is not for it
	if _, err := watchdog.StdinPipe(); err == nil && watchdog.Start() == nil {
		g.watchdog = watchdog
	}
	return g
}

func (g *group) terminate() { _ = syscall.Kill(-g.id, syscall.SIGTERM) } // an error: it is empty
func (g *group) kill()      { _ = syscall.Kill(-g.id, syscall.SIGKILL) }

// empty reports whether no process is left. It is called only after the leader was
// waited for. Orphans that we have adopted stay in the group until they are waited
// for, too.
func (g *group) empty() bool {
	for {
		if pid, err := syscall.Wait4(-g.id, nil, syscall.WNOHANG, nil); err != nil || pid == 0 {
			break
		}
	}
	return syscall.Kill(-g.id, 0) != nil
}

// release ends the watchdog, before the number of the group may be another's.
func (g *group) release() {
	if g.watchdog != nil {
		_ = g.watchdog.Process.Kill()
		_ = g.watchdog.Wait() // the kill is no news
	}
}
