package wire_test

import (
	"bytes"
	stdflate "compress/flate"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gobahn/wire"
)

// inflate collects a message, and checks what is promised of the pieces.
func inflate(t testing.TB, f *wire.Inflater, payload []byte, limit int64) ([]byte, error) {
	t.Helper()
	var out []byte
	err := f.Inflate(payload, limit, func(plain []byte) error {
		if len(plain) == 0 || len(plain) > 32<<10 {
			t.Errorf("a piece of %d octets", len(plain))
		}
		out = append(out, plain...)
		return nil
	})
	if limit > 0 && int64(len(out)) > limit {
		t.Errorf("%d octets, the limit is %d", len(out), limit)
	}
	return out, err
}

func TestInflater(t *testing.T) {
	sizes := []int{0, 1, 16, 1000, 70000, 131072, 100, 0, 32768, 32769, 65536, 5}
	for _, p := range params {
		for _, plain := range plains {
			t.Run(fmt.Sprintf("bits=%d,noTakeover=%t,%s", p.bits, p.noTakeover, plain.name), func(t *testing.T) {
				c := wire.NewCompressor(p.bits, p.noTakeover)
				defer c.Release()
				f := wire.NewInflater(p.bits, p.noTakeover)
				defer f.Release()
				var all []byte
				for i, size := range sizes {
					message := plain.make(size, uint64(i/2))
					got, err := inflate(t, f, c.Append(nil, message), int64(size))
					if err != nil || !bytes.Equal(got, message) {
						t.Fatalf("message %d of %d octets: %d, %v", i, size, len(got), err)
					}
					all = append(all, message...)
					want := all[max(0, len(all)-1<<p.bits):]
					if p.noTakeover {
						want = nil
					}
					if !bytes.Equal(f.Window(), want) {
						t.Fatalf("message %d: window of %d octets, want %d", i, len(f.Window()), len(want))
					}
					if f.Blocks().Octets != int64(size) {
						t.Errorf("message %d: blocks of %d octets", i, f.Blocks().Octets)
					}
				}
			})
		}
	}
}

// Messages of RFC 7692 7.2.3 and of peers in the field.
func TestInflaterExamples(t *testing.T) {
	for _, tt := range []struct {
		name     string
		payloads []string
		want     string
	}{
		{"fixed", []string{"f2 48 cd c9 c9 07 00"}, "Hello"},
		{"takeover", []string{"f2 48 cd c9 c9 07 00", "f2 00 11 00 00"}, "HelloHello"},
		{"stored", []string{"00 05 00 fa ff 48 65 6c 6c 6f 00"}, "Hello"},
		{"BFINAL", []string{"f3 48 cd c9 c9 07 00 00", "f2 48 cd c9 c9 07 00"}, "HelloHello"},
		{"window across BFINAL", []string{"f3 48 cd c9 c9 07 00 00", "f2 00 11 00 00"}, "HelloHello"},
		{"block behind BFINAL", []string{"f3 48 05 00 ca c9 c9 07 00"}, "Hello"},
		{"BFINAL without the octet", []string{"f3 48 cd c9 c9 07 00", "f2 00 11 00 00"}, "HelloHello"},
		{"two blocks", []string{"f2 48 05 00 00 00 ff ff ca c9 c9 07 00"}, "Hello"},
		{"tail not removed", []string{"f2 48 cd c9 c9 07 00 00 00 ff ff 00"}, "Hello"},
		{"empty", []string{"00", "f2 48 cd c9 c9 07 00"}, "Hello"},
		{"empty stored blocks", []string{strings.Repeat("00 00 00 ff ff ", 1000) + "f2 48 cd c9 c9 07 00"}, "Hello"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := wire.NewInflater(15, false)
			defer f.Release()
			var got []byte
			for _, p := range tt.payloads {
				plain, err := inflate(t, f, octets(t, p), 100)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, plain...)
			}
			if string(got) != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestInflaterBeyond(t *testing.T) {
	far := append(noise(600, 1), noise(600, 1)...)
	twice := noise(300, 2)
	for _, tt := range []struct {
		name          string
		bits          int
		noTakeover    bool
		first, second []byte // messages; the payload of the second knows the first
		want          string // "": nothing
	}{
		{"15 bits", 15, false, nil, far, ""},
		{"10 bits", 10, false, nil, far, ""},
		{"9 bits", 9, false, nil, far, "a back-reference of 600 octets, the window agreed on has 512"},
		{"8 bits", 8, true, nil, far, "a back-reference of 600 octets, the window agreed on has 256"},
		{"of the message before", 9, false, twice, twice, ""},
		{"of the message before, without takeover", 9, true, twice, twice, "a back-reference of 300 octets, 0 came before"},
		{"of the message before, too far", 8, false, twice, twice, "a back-reference of 300 octets, the window agreed on has 256"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := wire.NewInflater(tt.bits, tt.noTakeover)
			defer f.Release()
			if _, err := inflate(t, f, stdDeflate(t, tt.first, nil), 0); err != nil {
				t.Fatal(err)
			}
			got, err := inflate(t, f, stdDeflate(t, tt.second, tt.first), 0)
			var e *wire.InflateError
			switch {
			case tt.want == "" && (err != nil || !bytes.Equal(got, tt.second)):
				t.Errorf("%d octets, %v", len(got), err)
			case tt.want == "":
			case !errors.As(err, &e) || e.Fault != wire.InflateBeyond || e.Text != tt.want:
				t.Errorf("error %v, want %s", err, tt.want)
			case int64(len(got)) != e.Plain || !bytes.HasPrefix(tt.second, got):
				t.Errorf("%d octets before it, error after %d", len(got), e.Plain)
			}
		})
	}
}

// A distance of the whole window is allowed, one more is not (RFC 1951 2, RFC
// 7692 7.1.2): the second message is a match of 3 octets at that distance.
func TestInflaterWholeWindow(t *testing.T) {
	// The code of the distance in the fixed codes, its extra bits and their number.
	codeOf := func(distance int) []string {
		code, base, extra := 0, 1, 0
		for ; distance >= base+1<<extra; code++ {
			base += 1 << extra
			extra = max(0, (code-1)/2)
		}
		fields := []string{fmt.Sprintf("%05b", code)}
		if extra > 0 {
			fields = append(fields, fmt.Sprintf("%d:%d", distance-base, extra))
		}
		return fields
	}
	for bits := 8; bits <= 15; bits++ {
		for more := range 2 {
			distance := 1<<bits + more
			if distance > 1<<15 {
				continue
			}
			f := wire.NewInflater(bits, false)
			first := noise(1<<bits+1, 1)
			f.SetWindow(first)
			fields := append([]string{"0:1", "1:2", "0000001"}, codeOf(distance)...)
			payload := bitString(append(fields, "0000000", "0:3")...)
			got, err := inflate(t, f, payload, 0)
			if more == 0 && (err != nil || !bytes.Equal(got, first[1:4])) || more == 1 && err == nil {
				t.Errorf("%d bits, distance %d: % x, %v", bits, distance, got, err)
			}
			f.Release()
		}
	}
}

// A bomb costs no more than its limit, and after it the inflater is dead.
func TestInflaterLimit(t *testing.T) {
	bomb := wireDeflate(t, make([]byte, 16<<20))
	for _, limit := range []int64{1, 1000, 32768, 32769, 1 << 20} {
		f := wire.NewInflater(15, false)
		got, err := inflate(t, f, bomb, limit)
		var e *wire.InflateError
		if !errors.As(err, &e) || !errors.Is(err, wire.InflateLimit) || int64(len(got)) != limit || e.Plain != limit {
			t.Errorf("limit %d: %d octets, %v", limit, len(got), err)
		}
		if want := fmt.Sprintf("more than %d octets come out", limit); e != nil && e.Text != want {
			t.Errorf("%q, want %q", e.Text, want)
		}
		if _, again := inflate(t, f, []byte{0}, limit); again != err {
			t.Errorf("after it: %v", again)
		}
		f.Release()
	}
}

func TestInflaterEmitFails(t *testing.T) {
	f := wire.NewInflater(15, false)
	defer f.Release()
	broken, calls := errors.New("broken"), 0
	err := f.Inflate(wireDeflate(t, make([]byte, 1<<20)), 0, func([]byte) error { calls++; return broken })
	if err != broken || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// Messages may be skipped: the window is as if they had been inflated.
func TestInflaterSkip(t *testing.T) {
	for _, p := range params {
		c := wire.NewCompressor(p.bits, p.noTakeover)
		f := wire.NewInflater(p.bits, p.noTakeover)
		other := wire.NewInflater(p.bits, p.noTakeover)
		var all []byte
		for i, size := range []int{10, 100, 40000, 70000, 30000, 5, 0, 300, 200} {
			message := jsonLike(size, uint64(i))
			payload := c.Append(nil, message)
			other.SetWindow(all)
			all = append(all, message...)
			if got, err := inflate(t, other, payload, 0); err != nil || !bytes.Equal(got, message) {
				t.Errorf("%+v: message %d with the window set: %d octets, %v", p, i, len(got), err)
			}
			if i%3 != 2 {
				f.Skip(message)
				continue
			}
			if got, err := inflate(t, f, payload, 0); err != nil || !bytes.Equal(got, message) {
				t.Errorf("%+v: message %d after others were skipped: %d octets, %v", p, i, len(got), err)
			}
		}
		c.Release()
		f.Release()
		other.Release()
	}
}

// Between messages with takeover nothing goes back to a pool, and none allocates.
func TestDeflateAllocs(t *testing.T) {
	message := jsonLike(4096, 1)
	for bits := 8; bits <= 15; bits++ {
		c, f := wire.NewCompressor(bits, false), wire.NewInflater(bits, false)
		var payload []byte
		round := func() {
			payload = c.Append(payload[:0], message)
			if err := f.Inflate(payload, 0, func([]byte) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
		round()
		if n := testing.AllocsPerRun(50, round); n > 0 {
			t.Errorf("%d bits: %v allocations", bits, n)
		}
		c.Release()
		f.Release()
	}
}

func FuzzInflate(f *testing.F) {
	seeds := func(payload []byte) {
		f.Add(payload, []byte("Hello"), byte(15), false)
		f.Add(payload, []byte{}, byte(9), true)
	}
	for _, tt := range noDeflate {
		seeds(octets(f, tt.payload))
	}
	for _, p := range plains {
		seeds(stdDeflate(f, p.make(500, 1), nil))
	}
	seeds(octets(f, "f2 00 11 00 00"))
	f.Fuzz(func(t *testing.T, payload, history []byte, bits byte, noTakeover bool) {
		const limit = 1 << 20
		n := wire.NewInflater(8+int(bits%8), noTakeover)
		defer n.Release()
		n.SetWindow(history)
		if noTakeover {
			history = nil
		}
		got, err := inflate(t, n, payload, limit)
		want, judged := judge(payload, history, limit)
		var e *wire.InflateError
		switch {
		case err == nil && (judged == nil || bareFinal(payload, history, limit)):
			if !bytes.Equal(got, want) && judged == nil {
				t.Errorf("%x: %d octets, want %d", payload, len(got), len(want))
			}
		case err == nil:
			t.Errorf("%x: inflated, the standard library: %v", payload, judged)
		case !errors.As(err, &e):
			t.Errorf("%x: error %v", payload, err)
		case int64(len(got)) != e.Plain:
			t.Errorf("%x: %d octets, error after %d", payload, len(got), e.Plain)
		case judged == nil && e.Fault == wire.InflateInvalid:
			t.Errorf("%x: %v, the standard library inflates it", payload, err)
		case judged == nil && e.Fault == wire.InflateBeyond && bits%8 == 7:
			t.Errorf("%x: %v, the standard library inflates it", payload, err)
		case !bytes.HasPrefix(want, got) && !errors.Is(judged, errLimit):
			var corrupt stdflate.CorruptInputError
			if errors.As(judged, &corrupt) || judged == nil {
				t.Errorf("%x: %d octets are not what the standard library has", payload, len(got))
			}
		}
	})
}
