//go:build !unix

package launch

import (
	"os"
	"os/exec"
)

// A group is a command alone: this system has no process groups.
type group struct{ leader *os.Process }

func inOwnGroup(*exec.Cmd) {}

func groupOf(leader *os.Process) *group { return &group{leader} }

func (g *group) terminate()  { g.kill() } // there is no gentler way
func (g *group) kill()       { _ = g.leader.Kill() }
func (g *group) empty() bool { return true }
func (g *group) release()    {}
