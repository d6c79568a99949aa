package main

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"gobahn/cases"
	"gobahn/cmd/wstest/internal/echo"
	"gobahn/fuzzer"
)

// pauses is how long the scripts of list wait.
func pauses(list []cases.Case) (sum time.Duration) {
	for _, c := range list {
		for _, step := range c.Script {
			switch s := step.(type) {
			case cases.Wait:
				sum += time.Duration(s.For)
			case cases.Split:
				for _, p := range s.Pauses {
					sum += time.Duration(p.Wait.For)
				}
			}
		}
	}
	return sum
}

// BenchmarkCatalogue plays every case that is not about performance itself against
// the built-in echo server, one after the other, without reports. Beyond the pauses
// the cases contain, an iteration should take no more than two seconds.
func BenchmarkCatalogue(b *testing.B) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- echo.Serve(ctx, ln) }()
	defer func() { stop(); <-served }()
	client := &fuzzer.Client{URL: "ws://" + ln.Addr().String(), Agent: "gorilla", Parallel: 1}
	list := slices.DeleteFunc(slices.Clone(cases.Catalogue), func(c cases.Case) bool { return c.Report.Time })

	b.ReportAllocs()
	start := time.Now()
	for b.Loop() {
		if err := client.Run(ctx, list, func(fuzzer.Played) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	beyond := time.Since(start)/time.Duration(b.N) - pauses(list)
	b.ReportMetric(beyond.Seconds(), "s-beyond-pauses/op")
}
