// Package fuzzer is the engine: it plays a case on a connection, records what
// happens, and has it judged.
//
// One session plays one case. It is a single goroutine that owns all state and
// waits for octets of the peer, for the end of a write, for the next timer and for
// its context, whichever comes first; nothing in it blocks on the peer. A [Client]
// connects to a server for every case; a [Server] waits for clients that ask for
// cases by number. Both play any [cases.Case] given to them: the engine knows
// the language of cases, and no case.
//
// Cases are played side by side as far as that cannot change a verdict
// (schedule.go). The messages of an Echo recur: each is compressed once for all
// cases, and an answer that is octet for octet one that was found right, after the
// same messages, is right without being inflated (echo.go, streams.go).
//
// Nothing is ambient: randomness and dialler are parameters ([Config]),
// and the masking keys of a case follow from the seed of the run and its id.
package fuzzer
