package main

import (
	"net"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

func serveGobwas(ln net.Listener) error {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return err
		}
		go echoGobwas(conn)
	}
}

// echoGobwas sends back what comes, without permessage-deflate.
func echoGobwas(conn net.Conn) {
	defer conn.Close()
	if _, err := ws.Upgrade(conn); err != nil {
		return
	}
	for {
		message, op, err := wsutil.ReadClientData(conn)
		if err != nil {
			return
		}
		if op == ws.OpText && !utf8.Valid(message) {
			body := ws.NewCloseFrameBody(ws.StatusInvalidFramePayloadData, "")
			_ = ws.WriteFrame(conn, ws.NewCloseFrame(body))
			return
		}
		if wsutil.WriteServerMessage(conn, op, message) != nil {
			return
		}
	}
}
