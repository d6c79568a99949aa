//go:build ignore

package main

import (
	"os"

	"github.com/dgrr/fastws"
	"github.com/valyala/fasthttp"
)

func main() {
	panic(fasthttp.ListenAndServe("127.0.0.1:"+os.Args[1], fastws.Upgrade(func(conn *fastws.Conn) {
		for {
			mode, message, err := conn.ReadMessage(nil)
			if err != nil {
				return
			}
			if _, err := conn.WriteMessage(mode, message); err != nil {
				return
			}
		}
	})))
}
