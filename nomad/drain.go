package nomad

import (
	"context"
	"net/http"

	"github.com/hashicorp/nomad/api"
)

// topics are what the event stream is asked for. Nomad lets a drained node's batch jobs
// be until the drain's deadline, so that gradings finish; idle runners would be there
// until then too, and take work. So nodes are followed where the token may read them.
func topics(nodes bool) map[api.Topic][]string {
	topics := map[api.Topic][]string{api.TopicAllocation: {"*"}, api.TopicEvaluation: {"*"}}
	if nodes {
		topics[api.TopicNode] = []string{"*"}
	}
	return topics
}

// listNodes lets go of the idle runners on nodes that are drained, and reports whether
// the token may read nodes.
func (p *Pool) listNodes(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	nodes, _, err := p.Cluster.Nodes().List((&api.QueryOptions{}).WithContext(ctx))
	if status(err) == http.StatusForbidden {
		return false, nil
	}
	if err != nil {
		return false, unanswered("list nodes", err)
	}
	for _, n := range nodes {
		if n.Drain {
			p.clear(n.ID)
		}
	}
	return true, nil
}

// watchNode takes in what Nomad says of a node.
func (p *Pool) watchNode(n *api.Node) {
	if n.Drain || n.DrainStrategy != nil {
		p.clear(n.ID)
	}
}

// clear lets the runners on a node go that are not busy. One that registers later is
// let go at the next listing.
func (p *Pool) clear(node string) {
	p.mu.Lock()
	var ids []string
	for _, r := range p.runners {
		if r.nodeID == node && r.serves() {
			ids = append(ids, r.id)
		}
	}
	p.mu.Unlock()
	for _, id := range ids {
		if p.Registrar.Replace(id) {
			p.Logger.Info("an idle runner leaves a node that is drained", "runner", id, "node", node)
		}
	}
}
