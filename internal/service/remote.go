package service

import (
	"context"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/api"
)

// As returns an operator that acts as a person. The actions decide what the person may do.
func (o *Operator) As(by schema.Actor) *Operator {
	as := o.acting
	as.by = by
	return operate(as)
}

// Remote serves the operations of grader admin over the HTTP API.
type Remote struct{ Operator *Operator }

// Describe describes an operation. CodeNotFound: the operation does not exist. CodeRefused: it is not
// served over the network.
func (r Remote) Describe(name string) (api.Operation, error) {
	op, ok := r.Operator.operations()[name]
	if ok && op.scope != "" {
		return api.Operation{Scope: op.scope, Secret: op.secret, Outside: op.outside}, nil
	}
	if ok {
		return api.Operation{}, schema.Errorf(schema.CodeRefused, "%s works on the server's own files; run it there: grader admin --data DIR", name)
	}
	return api.Operation{}, unknownOperation(name)
}

// Run runs an operation as a person. Arguments and reply are JSON.
func (r Remote) Run(ctx context.Context, by schema.Actor, name string, args []byte) ([]byte, error) {
	return r.Operator.As(by).run(ctx, name, args)
}

func unknownOperation(name string) error {
	return schema.Errorf(schema.CodeNotFound, "the server has no operation %q; is it of another version?", name)
}
