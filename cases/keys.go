package cases

import (
	"encoding/base64"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// sameKeys says on which connections of a case about masking keys a client has used the
// same ones; "" if on none. By chance a few keys are alike in pairs of connections, but
// not the first four.
func (c Case) sameKeys(o Observation) string {
	const enough = 4
	first := make(map[string]int)
	for i, part := range o.Parts {
		if part == nil || len(part.Keys) < enough || !slices.Contains(c.Checks, CheckKeys) {
			continue
		}
		keys := strings.Join(part.Keys[:enough], " ")
		if j, seen := first[keys]; seen {
			return fmt.Sprintf("Connections %d and %d began with the same masking keys: %s.", j+1, i+1, keys)
		}
		first[keys] = i
	}
	return ""
}

// stale says what the Sec-WebSocket-Keys of the variants have in common that chance does
// not explain; "" if nothing. With 20 keys one bit of 128 that is the same in all of them
// is chance once in 4096 runs, so it takes as many as two octets.
func (c Case) stale(o Observation) string {
	if !c.FreshKeys {
		return ""
	}
	seen := make(map[string]bool)
	var ones, zeros [16]byte
	for i := range ones {
		ones[i], zeros[i] = 0xFF, 0xFF
	}
	for _, of := range o.Parts {
		if of == nil {
			continue
		}
		key := of.requestField("Sec-WebSocket-Key")
		octets, err := base64.StdEncoding.DecodeString(key)
		switch {
		case err != nil || len(octets) != 16:
			return "" // which is another case's affair
		case seen[key]:
			return fmt.Sprintf("The Sec-WebSocket-Key %q came twice.", key)
		}
		seen[key] = true
		for i, b := range octets {
			ones[i], zeros[i] = ones[i]&b, zeros[i]&^b
		}
	}
	same := 0
	for i := range ones {
		same += bits.OnesCount8(ones[i] | zeros[i])
	}
	if len(seen) >= enoughKeys && same >= 16 {
		return fmt.Sprintf("Of the 128 bits of %d Sec-WebSocket-Keys %d are the same in all of them.", len(seen), same)
	}
	return ""
}

// enoughKeys is how many keys it takes to compare their bits.
const enoughKeys = 10

// requestField is the value of a field of the request; "" if there is none.
func (o Observation) requestField(name string) string {
	for _, line := range strings.Split(o.Request, "\n") {
		if have, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(have), name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
