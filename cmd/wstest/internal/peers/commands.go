package peers

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// A Command starts an echo peer in a process of its own, with {url}, {port} and
// {agent} in its arguments for what it is told.
type Command struct {
	Name string
	Args []string

	missing func() string // why it cannot be started; empty: it can
}

// Missing says why the command cannot be started; empty: it can.
func (c Command) Missing() string { return c.missing() }

// Require skips the test, or fails it, if the command cannot be started.
func (c Command) Require(t testing.TB) {
	t.Helper()
	require(t, c.Missing())
}

// EchoServers are servers that echo on {port} of 127.0.0.1.
func EchoServers() []Command {
	return []Command{
		goServer("gorilla"), goServer("coder"), goServer("gws"), goServer("gobwas"), goServer("nbio"),
		nodeCommand("node-ws", "server.js", "{port}"), nodeCommand("node-faye", "server-faye.js", "{port}"),
		pythonCommand("python-websockets", "websockets", "server.py", "{port}"),
		pythonCommand("python-aiohttp", "aiohttp", "server_aiohttp.py", "{port}"),
		pythonCommand("python-tornado", "tornado", "server_tornado.py", "{port}"),
		pythonCommand("python-autobahn", "autobahn", "server_autobahn.py", "{port}"),
	}
}

// EchoClients are clients that run all cases of the fuzzing server at {url}, and have
// the reports written.
func EchoClients() []Command {
	return []Command{
		goClient("gorilla"), goClient("coder"), goClient("gws"), goClient("gobwas"), goClient("nbio"),
		nodeCommand("node-ws", "client.js", "{url}", "{agent}"),
		nodeCommand("node-undici", "client-undici.js", "{url}", "{agent}"),
		nodeCommand("node-faye", "client-faye.js", "{url}", "{agent}"),
		pythonCommand("python-websockets", "websockets", "client.py", "{url}", "{agent}"),
		pythonCommand("python-aiohttp", "aiohttp", "client_aiohttp.py", "{url}", "{agent}"),
		pythonCommand("python-autobahn", "autobahn", "client_autobahn.py", "{url}", "{agent}"),
		{Name: "chromium", Args: []string{built("chromium"), "{url}", "{agent}"}, missing: buildChromium},
	}
}

func goServer(library string) Command { return goCommand(library, "server", library, "{port}") }

func goClient(library string) Command {
	return goCommand(library, "client", library, "{url}", "{agent}")
}

func goCommand(name string, args ...string) Command {
	return Command{Name: "go-" + name, Args: append([]string{built("peer")}, args...), missing: buildGoPeer}
}

// built is where a program is built: in the cache, where the next build finds it.
func built(name string) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "gobahn", name)
}

// buildGoPeer builds the program on several Go libraries. It has a module of its own,
// for its libraries are no dependencies of ours.
var buildGoPeer = sync.OnceValue(func() string { return build("golang", "peer") })

// buildChromium builds the program that has the browser run the cases.
var buildChromium = sync.OnceValue(func() string {
	if why := MissingChromium(); why != "" {
		return why
	}
	return build("chromium", "chromium")
})

// build builds the program of a folder; the result says why it cannot.
func build(folder, name string) string {
	dir, err := directory(folder)
	if err != nil {
		return err.Error()
	}
	build := exec.Command("go", "build", "-o", built(name), ".")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Sprintf("the peers in %s cannot be built: %v\n%s", folder, err, out)
	}
	return ""
}

func nodeCommand(name, script string, args ...string) Command {
	return Command{Name: name, Args: scriptArgs("node", "node", script, args), missing: MissingNode}
}

// pythonCommand runs a script with the interpreter that the environment variable
// PEER_PYTHON names, for other versions than Debian's: that of a virtual environment, say.
func pythonCommand(name, module, script string, args ...string) Command {
	interpreter := cmp.Or(os.Getenv("PEER_PYTHON"), python)
	return Command{Name: name, Args: scriptArgs(interpreter, "python", script, args), missing: func() string {
		if err := exec.Command(interpreter, "-c", "import "+module).Run(); err != nil {
			return interpreter + " has no " + module + ": run apt-get install python3-" + module
		}
		return ""
	}}
}

// scriptArgs runs a script, wherever that is done.
func scriptArgs(program, folder, script string, args []string) []string {
	dir, err := directory(folder)
	if err != nil {
		dir = folder // the error shows when the script is not found
	}
	return slices.Concat([]string{program, filepath.Join(dir, script)}, args)
}
