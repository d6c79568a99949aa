package main

import (
	"context"
	"net"
	"net/http"
	"unicode/utf8"

	"github.com/coder/websocket"
)

func serveCoder(ln net.Listener) error {
	return http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		options := &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionContextTakeover}
		if conn, err := websocket.Accept(w, r, options); err == nil {
			echoCoder(conn)
		}
	}))
}

func visitCoder(url string) (string, error) {
	options := &websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover}
	conn, _, err := websocket.Dial(context.Background(), url, options)
	if err != nil {
		return "", err
	}
	return echoCoder(conn), nil
}

// echoCoder leaves it to its caller to check text, as the library does.
func echoCoder(conn *websocket.Conn) (first string) {
	defer conn.CloseNow()
	conn.SetReadLimit(readLimit)
	for n := 0; ; n++ {
		kind, message, err := conn.Read(context.Background())
		if err != nil {
			return first
		}
		if kind == websocket.MessageText && !utf8.Valid(message) {
			_ = conn.Close(websocket.StatusInvalidFramePayloadData, "")
			return first
		}
		if n == 0 {
			first = string(message)
		}
		if conn.Write(context.Background(), kind, message) != nil {
			return first
		}
	}
}
