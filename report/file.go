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

// A disk is where reports are written: the system's, except in tests.
type disk struct {
	create func(dir, pattern string) (diskFile, error)   // as os.CreateTemp
	open   func(name string, flag int) (diskFile, error) // as os.OpenFile
	rename func(from, to string) error                   // as os.Rename
}

// A diskFile is what a disk has to offer of one.
type diskFile interface {
	io.Writer
	io.ReaderAt
	io.WriterAt
	io.Closer
	Name() string
	Chmod(fs.FileMode) error
	Truncate(size int64) error
}

// systemDisk is that of the system.
func systemDisk() disk {
	return disk{
		create: func(dir, pattern string) (diskFile, error) { return os.CreateTemp(dir, pattern) },
		open:   func(name string, flag int) (diskFile, error) { return os.OpenFile(name, flag, filePerm) },
		rename: os.Rename,
	}
}

// probe creates dir if need be, and finds out whether it can be written to. Its
// errors do not name dir, which is for the caller to do.
func (d disk) probe(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return cause("cannot be created", err)
	}
	f, err := d.create(dir, temporary)
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
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	return systemDisk().put(dir, name, write)
}

// write gives the file name in dir this content, as stream does.
func (d disk) write(dir, name string, content []byte) error {
	return d.stream(dir, name, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// stream is put whose errors name the file.
func (d disk) stream(dir, name string, write func(io.Writer) error) error {
	if err := d.put(dir, name, write); err != nil {
		return fmt.Errorf("report %s: %w", name, err)
	}
	return nil
}

// put gives the file name in dir the content that write writes, as WriteFile does. Whoever
// reads it meanwhile sees the former content or the new, never a part. A directory that
// was removed during the run is made again.
func (d disk) put(dir, name string, write func(io.Writer) error) error {
	path := filepath.Join(dir, name)
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return fmt.Errorf("%s is a directory: want a file", path)
	case err == nil && !info.Mode().IsRegular():
		f, err := d.open(path, os.O_WRONLY)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	err := d.try(dir, name, write)
	if errors.Is(err, fs.ErrNotExist) { // it was removed this moment, with what had been written
		err = d.try(dir, name, write)
	}
	return err
}

func (d disk) try(dir, name string, write func(io.Writer) error) error {
	f, err := inDir(dir, func() (diskFile, error) { return d.create(dir, temporary) })
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Chmod(filePerm), f.Close())
	if err == nil {
		err = d.rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		_ = os.Remove(f.Name()) // which is not there if dir is not
	}
	return err
}

// inDir creates a file in dir, and dir if it was removed.
func inDir(dir string, create func() (diskFile, error)) (diskFile, error) {
	f, err := create()
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(dir, 0o755); err == nil {
			f, err = create()
		}
	}
	return f, err
}
