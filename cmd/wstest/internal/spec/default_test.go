package spec_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gobahn/cmd/wstest/internal/spec"
	"gobahn/fuzzer"
)

func TestDefaultFilesSayWhatHoldsWithoutThem(t *testing.T) {
	empty, _, err := spec.ParseServer("", []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	got := parseServer(t, string(spec.Default(spec.ModeFuzzingServer)))
	if diff := cmp.Diff(empty, got, noPositions); diff != "" {
		t.Errorf("server (-left out +written):\n%s", diff)
	}

	client := parseClient(t, string(spec.Default(spec.ModeFuzzingClient)))
	want := parseClient(t, "{}")
	want.Servers = []spec.Target{{URL: "ws://127.0.0.1:9001", Options: fuzzer.DefaultOptions()}}
	if diff := cmp.Diff(want, client, noPositions); diff != "" {
		t.Errorf("client (-left out, with a server +written):\n%s", diff)
	}

	mass, warnings, err := spec.ParseMassConnect("", spec.Default(spec.ModeMassConnect))
	if err != nil || len(warnings) > 0 {
		t.Fatalf("massconnect: error %v, warnings %v", err, warnings)
	}
	least, _, err := spec.ParseMassConnect("", []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	least.Servers = []spec.MassServer{{Name: "gobahn", URI: "ws://127.0.0.1:9001", Desc: "A WebSocket server on this machine."}}
	if diff := cmp.Diff(least, mass, noPositions); diff != "" {
		t.Errorf("massconnect (-left out, with a server +written):\n%s", diff)
	}
}

func TestDefaultFileIsWrittenAndReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fuzzingserver.json")
	if _, _, err := spec.ReadServer(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("absent: error %v, want that it does not exist", err)
	}
	if err := spec.WriteDefault(path, spec.ModeFuzzingServer); err != nil {
		t.Fatal(err)
	}
	s, warnings, err := spec.ReadServer(path)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("error %v, warnings %v", err, warnings)
	}
	if s.At.File != path || s.At.Line != 2 {
		t.Errorf("url at %v, want it in line 2 of %s", s.At, path)
	}
}

func TestDefaultFileReplacesNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.json")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := spec.WriteDefault(path, spec.ModeFuzzingClient); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want that it exists", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "mine" {
		t.Errorf("the file became %q", text)
	}
}

func TestOtherModesHaveNoDefaultFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	for _, mode := range []string{"echoserver", "", "../defaults/massconnect"} {
		if text := spec.Default(mode); text != nil {
			t.Errorf("mode %q has %s", mode, text)
		}
		if err := spec.WriteDefault(path, mode); err == nil {
			t.Errorf("mode %q: a file was written", mode)
		}
	}
}
