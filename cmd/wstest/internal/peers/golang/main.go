// Command peer is an echo peer on one of several WebSocket libraries, to be tested:
//
//	peer server LIB PORT          echoes on a port of 127.0.0.1
//	peer client LIB URL AGENT     runs all cases of a fuzzing server
//	peer visit LIB URL            echoes on one WebSocket, until it ends
package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
)

// readLimit is how many octets a message may have.
const readLimit = 64 << 20

// servers serve until they are killed.
var servers = map[string]func(net.Listener) error{
	"gorilla": serveGorilla,
	"coder":   serveCoder,
	"gws":     serveGWS,
	"gobwas":  serveGobwas,
	"nbio":    serveNbio,
}

// A visit opens a WebSocket, sends back what comes, and returns the first message
// when it has ended. An error is that the WebSocket was not opened.
type visit func(url string) (first string, err error)

var clients = map[string]visit{
	"gorilla": visitGorilla,
	"coder":   visitCoder,
	"gws":     visitGWS,
	"gobwas":  visitGobwas,
	"nbio":    visitNbio,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "server" && servers[args[1]] != nil:
		ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", args[2]))
		if err != nil {
			return err
		}
		return servers[args[1]](ln)
	case len(args) == 4 && args[0] == "client" && clients[args[1]] != nil:
		return drive(clients[args[1]], args[2], args[3])
	case len(args) == 3 && args[0] == "visit" && clients[args[1]] != nil:
		_, err := clients[args[1]](args[2])
		return err
	}
	return fmt.Errorf("want server LIB PORT, client LIB URL AGENT or visit LIB URL, not %q", args)
}

// drive runs all cases and has the reports written. A case whose WebSocket is not
// opened is the tester's to judge.
func drive(visit visit, base, agent string) error {
	count, err := visit(base + "/getCaseCount")
	if err != nil {
		return err
	}
	cases, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	agent = url.QueryEscape(agent)
	for n := 1; n <= cases; n++ {
		_, _ = visit(fmt.Sprintf("%s/runCase?case=%d&agent=%s", base, n, agent))
	}
	_, err = visit(base + "/updateReports?agent=" + agent)
	return err
}
