import {
    type AnyRoute,
    createRootRoute,
    createRoute,
    createRouter,
    lazyRouteComponent,
} from "@tanstack/react-router"
import { type FeatureRoute, features } from "./feature"
import { Failed, Lost } from "./shell/Failed"
import { Root } from "./shell/Root"
import { Shell } from "./shell/Shell"

/** All routes of all features: those with the side bar inside the shell, the bare ones beside it. */
export function makeRouter() {
    const root = createRootRoute({ component: Root, notFoundComponent: Lost })
    const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell })
    const routes = features.flatMap((feature) => feature.routes ?? [])
    const tree = root.addChildren([
        shell.addChildren(routes.filter((route) => !route.isBare).map((route) => made(shell, route))),
        ...routes.filter((route) => route.isBare).map((route) => made(root, route)),
    ])
    return createRouter({
        routeTree: tree,
        defaultErrorComponent: Failed,
        defaultNotFoundComponent: Lost,
        // The address of a card changes with every card that is opened; nothing else of the page moves.
        scrollRestoration: false,
        defaultPreload: "intent",
    })
}

function made(parent: AnyRoute, { path, load, children = [] }: FeatureRoute): AnyRoute {
    const route = createRoute({
        getParentRoute: () => parent,
        path,
        component: lazyRouteComponent(load),
    }) as AnyRoute
    return children.length > 0
        ? (route.addChildren(children.map((child) => made(route, child))) as AnyRoute)
        : route
}
