// Package report puts results on disk, in the layout that scripts around the
// Autobahn testsuite read: index.json with the verdicts of every agent and
// case, and for each case played a JSON file and an HTML page, with index.html
// as their overview.
//
// It is the outermost room but the command line's: a fuzzer plays cases and
// hands over observations, package cases has judged them, package templates
// gives the pages their form, and a [Writer] here names the files, writes them
// and keeps the little that the overview needs.
//
// JSON is written as Python's json module writes it with sorted keys and an
// indent of three, because users read it with grep and sed as well as with
// parsers.
package report
