package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func BenchmarkJudge(b *testing.B) {
	find := func(id ID) Case {
		list, err := Select(Catalogue, []string{string(id)}, nil)
		if err != nil {
			b.Fatal(err)
		}
		return list[0]
	}
	const maxEvents = 2000 // that the engine keeps
	var many Events
	for i := range maxEvents {
		many = append(many, GotText(fmt.Sprint("message ", i)))
	}
	unexpected := Case{ID: "many", Script: Script{Text("x")}, Accept: []Outcome{
		{Verdict: OK, Events: append(many[:maxEvents-1:maxEvents-1], GotText("another"))},
		{Verdict: NonStrict, Events: many},
	}}
	long := strings.Repeat("a", 1<<20)
	big := Case{ID: "big", Script: Script{Text(long)}, Accept: Exactly(GotText(long))}
	digest := Digest([]byte(strings.Repeat("*", LogLimit)), 65536, [32]byte{1})
	for _, bench := range []struct {
		name string
		c    Case
		o    Observation
		want Verdict
	}{
		{"message", find("1.1.2"), observed(Got{OpText, Repeat("*", 125)}), OK},
		{"refused", find("3.6"), failedByPeer(1002), OK},
		{"echo", find("12.1.1"), observed(Echoed{1000}), OK},
		{"ten-pongs", find("2.10"), observed(pongs(10)...), OK},
		{"wrong-long-message-by-digest", find("10.1.1"), observed(Got{OpText, digest}), Failed},
		{"message-of-1MiB", big, observed(GotText(long)), OK},
		{"2000-events-second-outcome", unexpected, observed(many...), NonStrict},
	} {
		b.Run(bench.name, func(b *testing.B) {
			bench.o.Deflate = &DeflateParams{}
			if got := Judge(bench.c, bench.o); got.Verdict != bench.want {
				b.Fatalf("%s, want %s: %s", got.Verdict, bench.want, got.Says)
			}
			b.ReportAllocs()
			for b.Loop() {
				Judge(bench.c, bench.o)
			}
		})
	}
}

// pongs are the answers of case 2.10.
func pongs(n int) (list []Event) {
	for i := range n {
		list = append(list, GotPong(fmt.Sprintf("payload-%d", i)))
	}
	return list
}

func BenchmarkSelect(b *testing.B) {
	for _, bench := range []struct {
		name               string
		patterns, excludes []string
		want               int
	}{
		{"all", []string{"*"}, nil, 517},
		{"chapters-without-some", []string{"1.*", "2.*", "6.*", "12.*", "13.*"}, []string{"6.4.*", "12.1.1"}, 16 + 11 + 141 + 89 + 126},
		{"one", []string{"13.7.18"}, nil, 1},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				list, err := Select(Catalogue, bench.patterns, bench.excludes)
				if err != nil || len(list) != bench.want {
					b.Fatalf("%d cases, %v; want %d", len(list), err, bench.want)
				}
			}
		})
	}
}

func BenchmarkCatalogue(b *testing.B) {
	files := make([][]byte, len(Catalogue))
	octets := 0
	for i, c := range Catalogue {
		var err error
		if files[i], err = json.Marshal(c); err != nil {
			b.Fatal(err)
		}
		octets += len(files[i])
	}
	b.Run("marshal", func(b *testing.B) {
		b.SetBytes(int64(octets))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(Catalogue); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(octets))
		b.ReportAllocs()
		for b.Loop() {
			for _, file := range files {
				if _, err := Decode(bytes.NewReader(file)); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
