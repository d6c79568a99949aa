package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	filePerm  = 0o644
	temporary = ".gobahn-*.tmp" // pattern for the names of unfinished files
)

// probe creates dir if need be, and finds out whether it can be written to. Its
// errors do not name dir, which is for the caller to do.
func probe(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return cause("cannot be created", err)
	}
	f, err := os.CreateTemp(dir, temporary)
	if err != nil {
		return cause("cannot be written to", err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return cause("cannot be written to", err)
	}
	return nil
}

// cause says what is wrong and why, without the names of files in err.
func cause(what string, err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// WriteFile gives the file at path the content that write writes, as a whole or not at
// all: a file that is there keeps its content if anything goes wrong. What is no regular
// file, such as a pipe, is written to as it is.
func WriteFile(path string, write func(io.Writer) error) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a directory: want a file", path)
	case err == nil && !info.Mode().IsRegular():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	return streamFile(dir, name, write)
}

// writeFile gives the file name in dir this content, as streamFile does.
func writeFile(dir, name string, content []byte) error {
	return streamFile(dir, name, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// streamFile gives the file name in dir the content that write writes. Whoever reads
// it meanwhile sees the former content or the new, never a part. A directory that was
// removed during the run is made again.
func streamFile(dir, name string, write func(io.Writer) error) error {
	f, err := inDir(dir, func() (*os.File, error) { return os.CreateTemp(dir, temporary) })
	if err != nil {
		return fmt.Errorf("report %s: %w", name, err)
	}
	err = errors.Join(write(f), f.Chmod(filePerm), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return fmt.Errorf("report %s: %w", name, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// inDir creates a file in dir, and dir if it was removed.
func inDir(dir string, create func() (*os.File, error)) (*os.File, error) {
	f, err := create()
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(dir, 0o755); err == nil {
			f, err = create()
		}
	}
	return f, err
}
