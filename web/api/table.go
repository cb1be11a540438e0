package api

import "slices"

// table returns all routes of the API.
func (a *API) table() []route {
	return slices.Concat(
		[]route{{method: "GET", path: "/openapi.json", open: true, id: "getOpenAPI", summary: "This document", gives: "application/json"}},
		a.peopleRoutes(), a.noticeRoutes(), a.courseRoutes(), a.taskRoutes(), a.failureRoutes(), a.submissionRoutes(), a.changeRoutes(), a.uploadRoutes(), a.versionRoutes(),
		a.commentRoutes(), a.courseFileRoutes(), a.sessionRoutes(), []route{a.eventRoute(), a.adminRoute()},
	)
}
