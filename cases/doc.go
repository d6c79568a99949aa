// Package cases holds the language in which conformance tests are written, and
// the tests themselves. It is the innermost room of the house: it knows RFC 6455
// but no socket, and everything else is built on it.
//
// A [Case] is plain data: what to send (a [Script] of steps), which answers are
// accepted (the outcomes in Accept, each a sequence of events) and how the
// connection must end (an [Ending]). The same value is listed in [Catalogue],
// played by the engine, judged by [Judge], printed in reports, written to a file
// as JSON, and mutated and shrunk by the fuzzer.
//
// The engine plays a case and records an [Observation]. Three pure functions do
// the thinking: [Judge] grades an observation, [Predict] derives from the RFC
// what a script must bring about, and [Simplify] yields all scripts that are one
// step simpler.
//
// A [Profile] other than that of the reference judges some cases otherwise: by their
// overrides, and by the [Rules] for all.
//
// Zero is conformant: the zero value of every field asks for what the RFC asks
// for, so a case is as long as what is special about it.
package cases
