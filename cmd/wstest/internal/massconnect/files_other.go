//go:build !unix

package massconnect

// openFiles is how many files this process may have open.
func openFiles() (limit uint64, known bool) { return 0, false }
