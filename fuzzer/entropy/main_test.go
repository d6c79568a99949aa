package entropy

import (
	"os"
	"testing"

	"gobahn/wire/leaks"
)

func TestMain(m *testing.M) { os.Exit(leaks.Watch(m).Run()) }
