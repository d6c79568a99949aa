package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gobahn/cases"
)

// maxShards bounds the parts of a run.
const maxShards = 1000

// shardOf is the part i of n parts of list, as "i/n" says.
func shardOf(list []cases.Case, text string) ([]cases.Case, error) {
	before, after, ok := strings.Cut(text, "/")
	i, errI := strconv.Atoi(before)
	n, errN := strconv.Atoi(after)
	switch {
	case !ok || errI != nil || errN != nil:
		return nil, fmt.Errorf("%q: want part and parts, like 2/5", text)
	case n < 1 || n > maxShards:
		return nil, fmt.Errorf("%q: want 1 to %d parts", text, maxShards)
	case i < 1 || i > n:
		return nil, fmt.Errorf("%q: want a part from 1 to %d", text, n)
	case n > len(list):
		return nil, fmt.Errorf("%q: there are %d cases only, and a part must not be empty", text, len(list))
	}
	return shards(list, n)[i-1], nil
}

// shards parts list into n parts that take about as long as each other. Each case, the
// costliest first, goes to the part that has the least to do by then, so that who gets
// what depends on nothing but list and n. The order within a part is that of list.
func shards(list []cases.Case, n int) [][]cases.Case {
	order := make([]int, len(list))
	costs := make([]int, len(list))
	for i, c := range list {
		order[i], costs[i] = i, cost(c)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(costs[b], costs[a]) })
	parts, loads := make([][]int, n), make([]int, n)
	for _, i := range order {
		least := slices.Index(loads, slices.Min(loads))
		parts[least] = append(parts[least], i)
		loads[least] += costs[i]
	}
	out := make([][]cases.Case, n)
	for p, part := range parts {
		slices.Sort(part)
		for _, i := range part {
			out[p] = append(out[p], list[i])
		}
	}
	return out
}

// What a case costs, in microseconds as they were measured with the demo.
const (
	costOfCase    = 1000 // connection, both handshakes
	costOfMessage = 50   // there and back
	costOfWrite   = 40   // of a chop
	octets        = 100  // there and back in a microsecond
	deflated      = 40   // the same, compressed on both sides
)

// cost is about how long c takes with a peer that is quick, in microseconds.
func cost(c cases.Case) int {
	speed := octets
	if c.Deflate != nil {
		speed = deflated
	}
	sum := costOfCase
	for _, step := range c.Script {
		switch s := step.(type) {
		case cases.Echo:
			sum += s.Count * costOf(s.Message, speed)
		case cases.Message:
			sum += costOf(s, speed)
		case cases.Split:
			for _, p := range s.Pauses {
				sum += micros(p.Wait.For)
			}
		case cases.Wait:
			sum += micros(s.For)
		}
	}
	return sum
}

func costOf(m cases.Message, speed int) int {
	sum := costOfMessage + m.Payload.Size()/speed
	if m.Wire.Chop > 0 {
		sum += m.Payload.Size() / m.Wire.Chop * costOfWrite
	}
	return sum
}

func micros(d cases.Duration) int { return int(time.Duration(d).Microseconds()) }
