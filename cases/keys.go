package cases

import (
	"fmt"
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
