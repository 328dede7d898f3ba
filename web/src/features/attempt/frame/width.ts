/** How wide what is read gets, however wide the page: about as wide as the widest inspector beside a board. */
export const WIDTH = "mx-auto w-full max-w-[900px] px-4"
