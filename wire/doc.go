// Package wire turns the language of cases into octets and back. It knows
// frames, opening-handshake heads, TCP and the wire log, but no case: package
// fuzzer decides what to send and what it means.
//
// The encoder writes any frame, however wrong ([AppendFrame]). The [Decoder]
// never refuses: it says where frames begin and end and, through
// [Header.Faults], everything that is wrong with a header at once. [Mask] and
// [UTF8] work incrementally and at memory speed. A [Conn] puts writes onto the
// wire one by one where that is asked for and merges them where it is not. A
// [Log] keeps the wire log and the statistics of one connection in bounded space.
//
// permessage-deflate (RFC 7692) is negotiated by [CheckDeflate] and [AcceptDeflate].
// A [Compressor] honours the window that was agreed on, and an [Inflater] checks
// that the peer does: it reads DEFLATE itself, because it has to say at which bit a
// stream goes wrong and how far its references reach, which no library tells.
package wire
