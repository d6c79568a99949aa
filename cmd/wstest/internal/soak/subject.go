package main

import (
	"fmt"
	"slices"
	"strings"

	"gobahn/cmd/wstest/internal/peers"
)

// A subject is a peer in one of the roles.
type subject struct {
	role string // "server" or "client"
	peers.Command
}

// String is what the journal and the flags call it.
func (s subject) String() string { return s.role + ":" + s.Name }

// args are those of wstest that test it.
func (s subject) args() []string {
	if s.role == "server" {
		return []string{"test-server", "ws://127.0.0.1:0"}
	}
	return []string{"test-client"}
}

// usual are the peers that are played with where no others are asked for, in both roles.
var usual = []string{"go-gorilla", "go-coder", "go-gws", "node-ws", "python-websockets"}

// all are the peers there are.
func all() (list []subject) {
	for _, c := range peers.EchoServers() {
		list = append(list, subject{"server", c})
	}
	for _, c := range peers.EchoClients() {
		list = append(list, subject{"client", c})
	}
	return list
}

func names(list []subject) (names []string) {
	for _, s := range list {
		names = append(names, s.String())
	}
	return names
}

// chosen are the peers with those names; the usual ones if there are none. All of them
// can be started.
func chosen(only string) (list []subject, err error) {
	list = all()
	if only == "" {
		list = slices.DeleteFunc(list, func(s subject) bool { return !slices.Contains(usual, s.Name) })
	} else {
		wanted := strings.Split(only, ",")
		for _, name := range wanted {
			if !slices.Contains(names(list), name) {
				return nil, fmt.Errorf("no peer %q: want some of %s", name, strings.Join(names(list), ", "))
			}
		}
		list = slices.DeleteFunc(list, func(s subject) bool { return !slices.Contains(wanted, s.String()) })
	}
	for _, s := range list {
		if why := s.Missing(); why != "" {
			return nil, fmt.Errorf("%s cannot be started: %s", s, why)
		}
	}
	return list, nil
}
