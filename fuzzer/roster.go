package fuzzer

import (
	"fmt"
	"sync"
)

const (
	maxAgentName = 500  // octets
	maxAgents    = 1000 // of a run
)

// A roster is the names that the clients of a run have given themselves. They
// are kept for as long as the run lasts, so there are bounds to them. The zero
// value is ready to use.
type roster struct {
	mu    sync.Mutex
	names map[string]bool
}

// admit reports why there can be no agent of that name, nil if there can.
func (r *roster) admit(name string) error {
	if len(name) > maxAgentName {
		return fmt.Errorf("agent name of more than %d octets", maxAgentName)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.names == nil {
		r.names = make(map[string]bool)
	}
	if !r.names[name] && len(r.names) == maxAgents {
		return fmt.Errorf("more than %d agents in one run", maxAgents)
	}
	r.names[name] = true
	return nil
}
