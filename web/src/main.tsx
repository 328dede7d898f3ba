import { QueryClientProvider } from "@tanstack/react-query"
import { RouterProvider } from "@tanstack/react-router"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { listenToKeys } from "./app/keys"
import { makeRouter } from "./app/router"
import { makeServices, ServicesProvider } from "./app/services"
import "./app/theme.css"

const place = document.getElementById("root")
if (!place) throw new Error("the page has no #root")

const services = makeServices()
const router = makeRouter()
listenToKeys()

createRoot(place).render(
    <StrictMode>
        <ServicesProvider value={services}>
            <QueryClientProvider client={services.queries}>
                <RouterProvider router={router} />
            </QueryClientProvider>
        </ServicesProvider>
    </StrictMode>,
)
