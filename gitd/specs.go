package gitd

import (
	"sync"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// maxSpecs bounds how many parsed versions are kept.
const maxSpecs = 512

// specs are the parsed versions, by id: a version never changes.
type specs struct {
	mu   sync.Mutex
	byID map[int64]*assignment.Spec
}

// of returns the specification of a version. Flavours are not checked again: what
// was accepted stays accepted.
func (c *specs) of(v schema.Version, in schema.Course) (*assignment.Spec, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if spec := c.byID[v.ID]; spec != nil {
		return spec, nil
	}
	spec, err := assignment.Parse(v.Source, assignment.Context{Zone: in.Location(), Flavour: in.Flavour})
	if err != nil {
		return nil, err
	}
	if c.byID == nil || len(c.byID) >= maxSpecs {
		c.byID = make(map[int64]*assignment.Spec)
	}
	c.byID[v.ID] = spec
	return spec, nil
}
