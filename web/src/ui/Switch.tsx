import { Switch as Radix } from "radix-ui"

interface Props {
    id?: string
    isOn: boolean
    onChange: (isOn: boolean) => void
    isDisabled?: boolean
    "aria-label"?: string
    "aria-describedby"?: string
}

/** On or off. The knob's place tells it, not the colour alone. */
export function Switch({ isOn, onChange, isDisabled = false, ...rest }: Props) {
    return (
        <Radix.Root
            checked={isOn}
            onCheckedChange={onChange}
            disabled={isDisabled}
            className="border-(--text-3) bg-surface data-[state=checked]:border-accent data-[state=checked]:bg-accent h-5 w-9 shrink-0 rounded-full relative border p-px before:absolute before:-inset-1 transition-colors duration-100 disabled:opacity-45"
            {...rest}
        >
            <Radix.Thumb className="bg-(--text-3) data-[state=checked]:bg-on-accent block size-4 rounded-full transition-transform duration-100 data-[state=checked]:translate-x-4" />
        </Radix.Root>
    )
}
