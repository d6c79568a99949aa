package conformance_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	xnet "golang.org/x/net/websocket"

	"gobahn/report/conformance"
)

// echo sends every message back as it came, on gorilla/websocket.
func echo(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	_ = sendBack(conn)
}

// sendBack sends back what comes until the connection ends.
func sendBack(conn *websocket.Conn) error {
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		if kind == websocket.TextMessage && !utf8.Valid(message) {
			kind, message = websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseInvalidFramePayloadData, "")
		}
		if err := conn.WriteMessage(kind, message); err != nil {
			return err
		}
	}
}

// A server is tested at its URL, here one on gorilla/websocket. In a test it would be
// TestHandler(t, http.HandlerFunc(echo), options).
func ExampleServer() {
	server := httptest.NewServer(http.HandlerFunc(echo))
	defer server.Close()

	options := conformance.Options{Cases: []string{"1.1.2", "2.10", "3.6", "12.1.1"}, Parallel: 1}
	err := conformance.Server(context.Background(), server.URL, options, func(r conformance.Result) {
		fmt.Println(r.Case.ID, r.Status, r.Text)
	})
	fmt.Println(err)
	// Output:
	// 1.1.2 passed OK, close OK: The events observed are the ones expected.
	// 2.10 passed OK, close OK: The events observed are the ones expected.
	// 3.6 passed OK, close OK: The events observed are the ones expected.
	// 12.1.1 skipped The case was not played: permessage-deflate was not agreed on.
	// <nil>
}

// Any handler of net/http can be tested. The one of golang.org/x/net/websocket takes
// reserved bits for nothing, which the text of the failure shows.
func ExampleServer_failure() {
	handler := xnet.Server{Handler: func(conn *xnet.Conn) {
		for {
			var message []byte
			if xnet.Message.Receive(conn, &message) != nil || xnet.Message.Send(conn, message) != nil {
				return
			}
		}
	}}
	server := httptest.NewServer(handler)
	defer server.Close()

	options := conformance.Options{Cases: []string{"3.6"}, Parallel: 1}
	err := conformance.Server(context.Background(), server.URL, options, func(r conformance.Result) {
		fmt.Println(r.Status)
		fmt.Println(r.Text)
	})
	fmt.Println(err)
	// Output:
	// failed
	// 3.6: peer accepted what it must refuse (RFC 6455 5.2)
	//     sent  binary rsv=6 "Hello, world!"
	//     want  nothing; close 1002, or drop
	//     got   binary "Hello, world!"; failed by us, peer dropped the TCP connection without previous WebSocket closing handshake
	// <nil>
}

// A client is a function that plays one case. In a test it would be
// TestClient(t, play, options).
func ExampleClient() {
	play := func(ctx context.Context, url string) error {
		conn, _, err := websocket.DefaultDialer.DialContext(ctx, url, nil)
		if err != nil {
			return err
		}
		defer conn.Close()
		return sendBack(conn)
	}
	options := conformance.Options{Cases: []string{"1.1.2", "5.9", "7.7.8"}, Profile: "rfc", Parallel: 1}
	err := conformance.Client(context.Background(), play, options, func(r conformance.Result) {
		fmt.Println(r.Case.ID, r.Status, r.Text)
	})
	fmt.Println(err)
	// Output:
	// 1.1.2 passed OK, close OK: The events observed are the ones expected.
	// 5.9 passed OK, close OK: The events observed are the ones expected.
	// 7.7.8 passed INFORMATIONAL, close OK: The client was sent a code that is for clients to send; how it closed is below.
	// <nil>
}
