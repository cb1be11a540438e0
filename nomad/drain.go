package nomad

import (
	"context"
	"net/http"

	"github.com/hashicorp/nomad/api"
)

// topics returns the topics of the event stream. Nomad keeps the batch jobs of a drained node until
// the drain's deadline, so that gradings finish. Idle runners would also stay until then and
// receive work. So the pool follows nodes if the token may read them.
func topics(nodes bool) map[api.Topic][]string {
	topics := map[api.Topic][]string{api.TopicAllocation: {"*"}, api.TopicEvaluation: {"*"}}
	if nodes {
		topics[api.TopicNode] = []string{"*"}
	}
	return topics
}

// listNodes replaces the idle runners on drained nodes, and reports whether the token may read
// nodes.
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

// watchNode handles a node's event.
func (p *Pool) watchNode(n *api.Node) {
	if n.Drain || n.DrainStrategy != nil {
		p.clear(n.ID)
	}
}

// clear replaces the idle runners on a node. A runner that registers later is replaced at the
// next listing.
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
			p.Logger.Info("replacing an idle runner on a drained node", "runner", id, "node", node)
		}
	}
}
