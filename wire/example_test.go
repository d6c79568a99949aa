package wire_test

import (
	"fmt"

	"gobahn/cases"
	"gobahn/wire"
)

// A ping as a client sends it, and one that breaks three rules.
func ExampleAppendFrame() {
	key := [4]byte{0x37, 0xFA, 0x21, 0x3D}
	for _, f := range []cases.Frame{
		cases.Ping("Hi"),
		cases.Ping("Hi").More().Reserved(4).Unmasked(),
	} {
		h := wire.FrameHeader(f, true, key)
		fmt.Printf("% x\n", wire.AppendFrame(nil, h, f.Payload.Octets(), f.Mask.Raw))
		fmt.Printf("faults: %q\n", h.Faults(wire.Context{FromClient: true}).Describe(h))
	}
	// Output:
	// 89 82 37 fa 21 3d 7f 93
	// faults: ""
	// 49 02 48 69
	// faults: "reserved bits set (RSV 4) without a meaning; fragmented ping frame; unmasked ping frame from a client"
}

// Frames are found in a stream however it is cut.
func ExampleDecoder() {
	var d wire.Decoder
	for _, piece := range []string{"\x81", "\x05He", "llo\x89\x00"} {
		for b := []byte(piece); len(b) > 0; {
			part, rest, ok := d.Next(b)
			b = rest
			if !ok {
				continue // all of b was part of a header
			}
			fmt.Printf("%s: begin %t, end %t, %q\n", part.Header.Opcode, part.Begin, part.End, part.Payload)
		}
	}
	// Output:
	// text: begin true, end false, "He"
	// text: begin false, end true, "llo"
	// ping: begin true, end true, ""
}

// A surrogate is wrong from its second octet on, and that is known before the
// text is complete.
func ExampleUTF8() {
	var u wire.UTF8
	fmt.Println(u.Write([]byte("caf\xc3")), u.Write([]byte("\xa9 \xed")))
	fmt.Println(u.Write([]byte("\xa0\x80")))
	// Output:
	// -1 -1
	// 7
}
