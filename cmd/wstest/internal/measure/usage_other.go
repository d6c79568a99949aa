//go:build !unix

package main

import (
	"errors"
	"os"
)

// peak is not known here.
func peak(*os.ProcessState) int64 { return 0 }

// own is not known here.
func own() (usage, error) { return usage{}, errors.ErrUnsupported }
