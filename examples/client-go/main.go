// Command client-go has github.com/gorilla/websocket tested by a fuzzing server:
//
//	wstest test-client -- go run ./examples/client-go {url} {agent}
package main

import (
	"fmt"
	"log"
	"net/url"
	"os"

	"github.com/gorilla/websocket"
)

func main() {
	base, agent := os.Args[1], url.QueryEscape(os.Args[2])
	var count int
	fmt.Sscan(visit(base+"/getCaseCount"), &count)
	for n := 1; n <= count; n++ {
		visit(fmt.Sprintf("%s/runCase?case=%d&agent=%s", base, n, agent))
	}
	visit(base + "/updateReports?agent=" + agent)
}

// visit echoes until the connection ends, and returns the last message.
func visit(target string) (last string) {
	conn, _, err := websocket.DefaultDialer.Dial(target, nil)
	if err != nil {
		log.Print(err)
		return ""
	}
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return last
		}
		last = string(message)
		conn.WriteMessage(kind, message)
	}
}
