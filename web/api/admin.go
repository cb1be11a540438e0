package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/grader/grader/schema"
)

// Operations runs the operations of grader admin.
type Operations interface {
	// Describe describes an operation. CodeNotFound: the operation does not exist. CodeRefused: it is
	// not served over the network.
	Describe(name string) (Operation, error)
	// Run runs an operation with the permissions of a person. Arguments and reply are JSON.
	Run(ctx context.Context, by schema.Actor, name string, args []byte) ([]byte, error)
}

// Operation describes an operation of grader admin.
type Operation struct {
	Scope   schema.Scope // that a token needs
	Secret  bool         // the reply can contain one-time codes or links
	Outside bool         // it changes something that is not in the store, such as directories and images
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
	r.scope, r.limit, r.named = schema.ScopeRead, operationBody, true
	return r
}

func runOperation(c *call, args json.RawMessage) (json.RawMessage, error) {
	name := c.path("operation")
	if err := c.busy.enter(c.by.User.ID); err != nil {
		return nil, err
	}
	defer c.busy.leave(c.by.User.ID)
	// Clear the read deadline: the body has been read, and the server must still notice a disconnect.
	control := http.NewResponseController(c.w)
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Now().Add(operationTime))
	ctx, cancel := context.WithTimeoutCause(c.ctx(), operationTime, schema.Errorf(schema.CodeUnavailable, "%s took longer than %s", name, operationTime))
	defer cancel()
	return c.Operations.Run(ctx, c.by, name, args)
}

// operation describes the operation in the path.
func (c *call) operation() (Operation, error) {
	if c.Operations == nil {
		return Operation{}, schema.Errorf(schema.CodeNotFound, "this server has no operations")
	}
	return c.Operations.Describe(c.path("operation"))
}
