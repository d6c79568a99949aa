package conformance_test

import (
	"os"
	"testing"

	"gobahn/internal/leaks"
)

func TestMain(m *testing.M) { os.Exit(leaks.Watch(m).Run()) }
