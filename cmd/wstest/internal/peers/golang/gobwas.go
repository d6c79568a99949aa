package main

import (
	"context"
	"io"
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
	if _, err := ws.Upgrade(conn); err == nil {
		messagesGobwas(conn, conn, ws.StateServerSide)
	}
}

func visitGobwas(url string) (string, error) {
	conn, early, _, err := ws.Dial(context.Background(), url)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	var r io.Reader = conn
	if early != nil { // the server sent frames right behind its response
		r = early
	}
	return messagesGobwas(conn, r, ws.StateClientSide), nil
}

// messagesGobwas sends back the messages that r has, and returns the first. It checks
// text, which the library leaves to its caller.
func messagesGobwas(conn net.Conn, r io.Reader, side ws.State) (first string) {
	rw := struct {
		io.Reader
		io.Writer
	}{r, conn}
	for n := 0; ; n++ {
		message, op, err := wsutil.ReadData(rw, side)
		if err != nil {
			return first
		}
		if n == 0 {
			first = string(message)
		}
		if op == ws.OpText && !utf8.Valid(message) {
			body := ws.NewCloseFrameBody(ws.StatusInvalidFramePayloadData, "")
			_ = wsutil.WriteMessage(conn, side, ws.OpClose, body)
			return first
		}
		if wsutil.WriteMessage(conn, side, op, message) != nil {
			return first
		}
	}
}
