package leaks

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A package is added easily, its check forgotten as easily.
func TestEveryPackageWithTestsIsWatched(t *testing.T) {
	const root = "../.."
	watched := make(map[string]bool)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if skipped(root, path, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		b, err := os.ReadFile(path)
		dir := filepath.Dir(path)
		watched[dir] = watched[dir] || bytes.Contains(b, []byte("Watch(m)"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(watched) < 20 {
		t.Errorf("only %d packages have tests: is %s the top folder?", len(watched), root)
	}
	for _, dir := range slices.Sorted(maps.Keys(watched)) {
		if !watched[dir] {
			t.Errorf("%s has tests, but no TestMain with leaks.Watch(m)", strings.TrimPrefix(dir, root+"/"))
		}
	}
}

// skipped reports whether a folder is none of the module's packages, as the go command
// has it, or a module of its own.
func skipped(root, path, name string) bool {
	if path == root {
		return false
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules" || !errors.Is(err, fs.ErrNotExist)
}
