package spec

import (
	"embed"
	"errors"
	"fmt"
	"os"
)

// The modes that have a spec file.
const (
	ModeFuzzingServer = "fuzzingserver"
	ModeFuzzingClient = "fuzzingclient"
	ModeMassConnect   = "massconnect"
)

//go:embed defaults/*.json
var defaults embed.FS

// Default returns the spec file that a mode has if there is none; nil for a mode
// that needs none.
func Default(mode string) []byte {
	text, err := defaults.ReadFile("defaults/" + mode + ".json")
	if err != nil {
		return nil
	}
	return text
}

// WriteDefault writes the default spec file of a mode to path. It does not replace
// a file that is there.
func WriteDefault(path, mode string) error {
	text := Default(mode)
	if text == nil {
		return fmt.Errorf("mode %q has no spec file", mode)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return fmt.Errorf("default spec file: %w", err)
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
