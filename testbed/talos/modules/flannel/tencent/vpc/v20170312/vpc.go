// Package v20170312 has the names that flannel's backend for Tencent's cloud uses, and none of what they do:
// the real package cannot be had from a Go module proxy, and flanneld does not build without it.
package v20170312

import "errors"

var errAbsent = errors.New("this flanneld is built without Tencent's cloud")

type (
	Client                     struct{}
	DescribeRouteTablesRequest struct{ Filters []*Filter }
	DeleteRoutesRequest        RoutesRequest
	CreateRoutesRequest        RoutesRequest

	Filter struct {
		Name   *string
		Values []*string
	}
	RoutesRequest struct {
		RouteTableId *string
		Routes       []*Route
	}
	Route struct {
		DestinationCidrBlock, GatewayId, GatewayType, RouteType *string
		Enabled                                                 *bool
		RouteId                                                 *uint64
	}
	RouteTable struct {
		RouteTableId *string
		RouteSet     []*Route
	}
	RouteTables                 struct{ RouteTableSet []*RouteTable }
	DescribeRouteTablesResponse struct{ Response *RouteTables }
)

func NewClientWithSecretId(_, _, _ string) (*Client, error) { return &Client{}, errAbsent }

func NewDescribeRouteTablesRequest() *DescribeRouteTablesRequest {
	return &DescribeRouteTablesRequest{}
}
func NewDeleteRoutesRequest() *DeleteRoutesRequest { return &DeleteRoutesRequest{} }
func NewCreateRoutesRequest() *CreateRoutesRequest { return &CreateRoutesRequest{} }

func (*Client) DescribeRouteTables(*DescribeRouteTablesRequest) (*DescribeRouteTablesResponse, error) {
	return nil, errAbsent
}
func (*Client) DeleteRoutes(*DeleteRoutesRequest) (any, error) { return nil, errAbsent }
func (*Client) CreateRoutes(*CreateRoutesRequest) (any, error) { return nil, errAbsent }
