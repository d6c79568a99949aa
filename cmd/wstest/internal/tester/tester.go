// Package tester builds wstest for the programs that watch it from outside.
package tester

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"gobahn/cmd/wstest/internal/recorded"
)

// Build builds wstest into a directory and returns where it is.
func Build(ctx context.Context, dir string) (string, error) {
	root, err := recorded.Root()
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "wstest")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/wstest")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building wstest: %w\n%s", err, out)
	}
	return program, nil
}
