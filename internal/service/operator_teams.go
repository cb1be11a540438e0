package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func (o *courseOperations) createTeam(ctx context.Context, a classroom.TeamArgs) (classroom.TeamReply, error) {
	return o.Teams.Create(ctx, o.by, a)
}

func (o *courseOperations) addToTeam(ctx context.Context, a classroom.TeamArgs) (classroom.TeamReply, error) {
	return o.Teams.Add(ctx, o.by, a)
}

func (o *courseOperations) removeFromTeam(ctx context.Context, a classroom.TeamArgs) (classroom.TeamReply, error) {
	return o.Teams.Remove(ctx, o.by, a)
}

func (o *courseOperations) deleteTeam(ctx context.Context, a classroom.TeamArgs) (classroom.TeamReply, error) {
	return o.Teams.Delete(ctx, o.by, a)
}

func (o *courseOperations) teams(ctx context.Context, a classroom.TeamArgs) ([]schema.Team, error) {
	return o.Teams.List(ctx, o.by, a)
}

func (o *courseOperations) importTeams(ctx context.Context, i classroom.ImportTeams) (classroom.TeamReply, error) {
	return o.Teams.Import(ctx, o.by, i)
}
