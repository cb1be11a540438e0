package service

import (
	"context"

	"github.com/grader/grader/schema"
)

// As returns an operator that acts as a person. The actions decide what the person may do.
func (o *Operator) As(by schema.Actor) *Operator {
	as := o.acting
	as.by = by
	return operate(as)
}

// Remote serves the operations of grader admin over the HTTP API.
type Remote struct{ Operator *Operator }

// Scope returns the token scope that an operation requires. CodeNotFound: the operation does not
// exist. CodeRefused: it is not served over the network.
func (r Remote) Scope(name string) (schema.Scope, error) {
	if op, ok := r.Operator.operations()[name]; ok && op.scope != "" {
		return op.scope, nil
	}
	if _, ok := r.Operator.operations()[name]; ok {
		return "", schema.Errorf(schema.CodeRefused, "%s works on the server's own files; run it there: grader admin --data DIR", name)
	}
	return "", unknownOperation(name)
}

// Run runs an operation as a person. Arguments and reply are JSON.
func (r Remote) Run(ctx context.Context, by schema.Actor, name string, args []byte) ([]byte, error) {
	return r.Operator.As(by).run(ctx, name, args)
}

func unknownOperation(name string) error {
	return schema.Errorf(schema.CodeNotFound, "the server has no operation %q; is it of another version?", name)
}
