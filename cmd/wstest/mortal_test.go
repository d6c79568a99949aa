package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

// Mortal is a command for scripts, an echo peer that a binary message of 125 octets
// (1.2.2) ends with status 3, and a text as long (1.1.2) with status 0. A fragile client
// is ended by a signal where no WebSocket is opened, a stuck one does nothing any more:
//
//	mortal server PORT
//	mortal client URL AGENT
//	mortal fragile URL AGENT
//	mortal stuck URL AGENT
//	mortal visit URL
func mortal() {
	if os.Args[1] == "server" {
		fmt.Fprintln(os.Stderr, http.ListenAndServe("127.0.0.1:"+os.Args[2], http.HandlerFunc(mortalServer)))
		os.Exit(1)
	}
	if os.Args[1] == "visit" {
		mortalVisit(os.Args[2])
		return
	}
	base, agent := os.Args[2], url.QueryEscape(os.Args[3])
	count, _ := strconv.Atoi(mortalVisit(base + "/getCaseCount"))
	for n := 1; n <= count; n++ {
		mortalVisit(fmt.Sprintf("%s/runCase?case=%d&agent=%s", base, n, agent))
	}
	mortalVisit(base + "/updateReports?agent=" + agent)
}

func mortalServer(w http.ResponseWriter, r *http.Request) {
	if conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil); err == nil {
		mortalEcho(conn)
	}
}

func mortalVisit(target string) string {
	conn, _, err := websocket.DefaultDialer.Dial(target, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		switch os.Args[1] {
		case "fragile": // Go itself would end with status 2
			_ = syscall.Exec("/bin/sh", []string{"sh", "-c", "ulimit -c 0; kill -SEGV $$"}, os.Environ())
		case "stuck":
			time.Sleep(time.Minute)
		}
		os.Exit(1)
	}
	return mortalEcho(conn)
}

func mortalEcho(conn *websocket.Conn) (first string) {
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return first
		}
		if len(message) == 125 && kind == websocket.BinaryMessage {
			fmt.Fprintln(os.Stderr, "panic: one octet too many\n\ngoroutine 1 [running]:")
			os.Exit(3)
		}
		if len(message) == 125 {
			os.Exit(0)
		}
		first = string(message)
		if conn.WriteMessage(kind, message) != nil {
			return first
		}
	}
}
