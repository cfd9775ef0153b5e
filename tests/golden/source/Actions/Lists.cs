// From the model, written by odcpub; yours to change.
#nullable enable
namespace Odcpub.Actions
{
    using global::System;
    using global::System.Collections.Immutable;
    using global::System.Threading.Tasks;
    using global::Odcpub.Runtime;
    using Line = global::Odcpub.Structures.Line;
    using Money = global::Odcpub.Libraries.Money;

    internal static class Lists
    {
        public static Task<(ImmutableList<string?> Words2, ImmutableList<Line?> Kept, Line? Best, int? Where)> Run(ActionRun run, ImmutableList<string?> Words, ImmutableList<Line?> Lines, int? By)
        {
            using var call = run.Enter("Lists");
            run.CheckInputs(Inputs, Words, Lines, By);
            ImmutableList<string?> Words2 = ImmutableList<string?>.Empty;
            ImmutableList<Line?> Kept = ImmutableList<Line?>.Empty;
            Line? Best = null;
            int? Where = null;
            ImmutableList<Line?> Costly = Lines.FindAll(One => One?.Cost?.Value != null && !(One?.Tags ?? ImmutableList<string?>.Empty).IsEmpty);
            Costly = Elements.Order(Costly, (left, right) => Sorts.Falling(left?.Cost?.Value, right?.Cost?.Value), (left, right) => Sorts.Rising((int?)Texts.Length(left?.Text), (int?)Texts.Length(right?.Text)));
            Kept = Elements.AddRange(Kept, Costly);
            if (Costly.Count > 0)
            {
                Best = Elements.At(Costly, 0);
                Best = (Best ?? new Line()) with { Cost = (Best?.Cost ?? new Money.Amount()) with { Value = Numbers.Add(Best?.Cost?.Value, 1) } };
                Best = (Best ?? new Line()) with { Tags = Elements.Add((Best?.Tags ?? ImmutableList<string?>.Empty), "best") };
            }
            Where = Words.FindIndex(Word => Word == Best?.Text);
            Words2 = Elements.Distinct(Words);
            Words2 = Elements.Remove(Words2, By);
            Words2 = Elements.InsertRange(Words2, 0, Words);
            Words = ImmutableList<string?>.Empty;
            Words2 = Elements.Insert(Words2, Words.Count, "end");
            return Task.FromResult<(ImmutableList<string?>, ImmutableList<Line?>, Line?, int?)>((Words2, Kept, Best, Where));
        }

        private static readonly AttributeDescriptor[] Inputs =
        [
            new() { Name = "Words", Label = "Words", Type = AttributeType.Text, List = Elements.Of<string?> },
            new() { Name = "Lines", Label = "Lines", Type = AttributeType.Structure, List = Elements.Of<global::Odcpub.Structures.Line?>, Structure = () => global::Odcpub.Structures.Line.Descriptor },
            new() { Name = "By", Label = "By", Type = AttributeType.Integer },
        ];

        public static ActionDescriptor Describe() => new()
        {
            Name = "Lists", Timeout = 10,
            Inputs = Inputs,
            Outputs =
            [
                new() { Name = "Words2", Label = "Words2", Type = AttributeType.Text, List = Elements.Of<string?> },
                new() { Name = "Kept", Label = "Kept", Type = AttributeType.Structure, List = Elements.Of<global::Odcpub.Structures.Line?>, Structure = () => global::Odcpub.Structures.Line.Descriptor },
                new() { Name = "Best", Label = "Best", Type = AttributeType.Structure, Structure = () => global::Odcpub.Structures.Line.Descriptor },
                new() { Name = "Where", Label = "Where", Type = AttributeType.Integer },
            ],
            Call = async (run, given) => { var (output1, output2, output3, output4) = await Run(run, (ImmutableList<string?>)given[0]!, (ImmutableList<Line?>)given[1]!, (int?)given[2]); return [output1, output2, output3, output4]; },
            Method = (Func<ActionRun, ImmutableList<string?>, ImmutableList<Line?>, int?, Task<(ImmutableList<string?>, ImmutableList<Line?>, Line?, int?)>>)Run,
        };
    }
}

namespace Odcpub.Generated
{
    using global::Odcpub.Runtime;

    internal static class Descriptor_Lists
    {
        public static ActionDescriptor? DescribeAction(string name) => name switch
        {
            "Lists" => global::Odcpub.Actions.Lists.Describe(),
            _ => null,
        };
    }
}
