// Package conformance tests WebSocket implementations from Go tests: each case is a
// subtest, which fails with what was sent, wanted and got.
//
//	func TestConformance(t *testing.T) {
//		conformance.TestHandler(t, echoHandler, conformance.Options{
//			Exclude: []string{"9.*", "12.*", "13.*"},
//		})
//	}
//
// [TestServer] and [TestHandler] test servers, which send every message back as it
// came, and [TestClient] clients, which do the same. A subtest has the id of its case
// for a name, so that go test -run 'TestConformance/3.6' plays one. [Server] and
// [Client] do the same outside of tests.
//
// Several cases are played at a time. What fails beside others is played again alone,
// and only that counts.
//
// The package is the outermost room of the library: it imports both the engine and the
// reports, which do not know each other. It keeps nothing between calls, and nothing
// that it starts outlives them.
package conformance
