package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// install puts a peer into a folder of its own below dir, unless it is there, and returns
// the command that starts it.
func install(ctx context.Context, dir string, e entry, version string) (command []string, err error) {
	p := e.peer(version)
	folder := filepath.Join(dir, strings.NewReplacer("/", "_", "@", "_").Replace(p.library+"-"+version))
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	program, err := e.program()
	if err != nil {
		return nil, err
	}
	if p.source == goModule {
		binary := filepath.Join(folder, "peer")
		return []string{binary}, once(binary, func() error { return p.build(ctx, folder, program) })
	}
	script, modules := filepath.Join(folder, p.glue), filepath.Join(folder, "node_modules", filepath.FromSlash(p.library))
	if err := os.WriteFile(script, program, 0o666); err != nil {
		return nil, err
	}
	runtime := "node"
	if p.source == bun {
		runtime = filepath.Join(modules, "bin", "bun")
	}
	return []string{runtime, script}, once(modules, func() error { return p.fetch(ctx, folder) })
}

// once makes a file that is not there yet.
func once(file string, makeIt func() error) error {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return makeIt()
}

// build builds the peer in a module of its own.
func (p peer) build(ctx context.Context, folder string, program []byte) error {
	if err := os.WriteFile(filepath.Join(folder, "main.go"), program, 0o666); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "go.mod"), []byte("module peer\n"), 0o666); err != nil {
		return err
	}
	if err := command(ctx, folder, "go", "get", p.library+"@"+p.version); err != nil {
		return err
	}
	return command(ctx, folder, "go", "build", "-mod=mod", "-o", "peer", "main.go")
}

// fetch installs the package. Nothing of it is run.
func (p peer) fetch(ctx context.Context, folder string) error {
	if err := os.WriteFile(filepath.Join(folder, "package.json"), []byte(`{"private": true}`), 0o666); err != nil {
		return err
	}
	return command(ctx, folder, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", p.library+"@"+p.version)
}

// command runs a command in a folder; its error has the end of what it printed.
func command(ctx context.Context, folder string, args ...string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(out.String())
		return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, text[max(0, len(text)-maxText):])
	}
	return nil
}

// maxText is how much of what a command printed is shown.
const maxText = 2000
