package fuzzer

import "context"

// Name asks the server for its name, without playing a case: the WebSocket is opened
// and closed. A server that cannot be reached is an UnreachableError.
func (c *Client) Name(ctx context.Context) (string, error) {
	target, err := ParseTarget(c.URL)
	if err != nil {
		return "", err
	}
	r := &clientRun{client: c, target: target}
	o, _, err := r.connect(ctx, hello, nil)
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", &UnreachableError{err}
	}
	return agentOf(o.Response), nil
}
