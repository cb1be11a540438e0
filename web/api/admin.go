package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Operations runs the operations of grader admin.
type Operations interface {
	// Scope returns the scope that an operation needs. CodeNotFound: the operation does not exist.
	// CodeRefused: it is not served over the network.
	Scope(name string) (schema.Scope, error)
	// Run runs an operation with the permissions of a person. Arguments and reply are JSON.
	Run(ctx context.Context, by schema.Actor, name string, args []byte) ([]byte, error)
}

const (
	operationBody = 64 << 20         // bytes of an operation's arguments, such as a roster
	operationTime = 15 * time.Minute // limit for an operation that waits for runners
)

// adminRoute returns the route that runs an operation of grader admin, for grader --server URL
// admin. Each operation has its own scope.
func (a *API) adminRoute() route {
	r := send("POST", "/admin/{operation}", "runOperation",
		"An operation of grader admin, as the person: grader --server URL admin. Arguments and reply are those of this server's own version; the scope depends on the operation", runOperation)
	r.scope, r.limit = schema.ScopeRead, operationBody
	return r
}

func runOperation(c *call, args json.RawMessage) (json.RawMessage, error) {
	name := c.path("operation")
	if c.Operations == nil {
		return nil, schema.Errorf(schema.CodeNotFound, "this server has no operations")
	}
	scope, err := c.Operations.Scope(name)
	if err != nil {
		return nil, err
	}
	if err := course.MayWithScope(c.token.Scope, scope); err != nil {
		return nil, err
	}
	// Clear the read deadline: the body has been read, and the server must still notice a disconnect.
	control := http.NewResponseController(c.w)
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Now().Add(operationTime))
	ctx, cancel := context.WithTimeoutCause(c.ctx(), operationTime, schema.Errorf(schema.CodeUnavailable, "%s took longer than %s", name, operationTime))
	defer cancel()
	return c.Operations.Run(ctx, c.by, name, args)
}
