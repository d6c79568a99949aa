// Package hostile has peers that do their worst: they never finish, flood, lie about
// lengths, vanish, and send what no peer may send, as servers and as clients. Tests of
// the fuzzer and of the command play against them: whatever a peer does, a run ends in
// time, the verdict names the fault, others are not disturbed, and memory stays bounded.
//
// A [Behaviour] is one such way to behave. It speaks to the fuzzer through a TCP
// connection of its own, with octets written by hand: no library would send them.
package hostile
