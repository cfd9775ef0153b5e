// Buttons of screens: what they show before an action is called, and the call itself with what the screen gives to it.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;

namespace Odcpub.Runtime;

/// <summary>A button that is pressed, for these rows of the screen's entity.</summary>
public sealed record Pressed(EntityDescriptor Entity, ButtonDescriptor Button, long[] Rows)
{
    /// <summary>What a statement selects from; the rows' identifiers are the parameter behind the button's own.</summary>
    internal string Source => Rows.Length == 0 ? "(select 0::bigint as \"id\") t"
        : $"{Sql.Name(Entity.Table)} t{Button.Joins} where t.\"id\" = any (${Button.Places + 1}) order by t.\"id\"";

    internal NpgsqlParameter[] Parameters(Circumstances at)
    {
        var own = Button.Parameters(at).Select(argument => argument.Parameter);
        return Rows.Length == 0 ? own.ToArray() : [.. own, new() { Value = Rows, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint }];
    }
}

public sealed class ActionButtons(Catalog catalog, Database database, ActionCalls calls)
{
    private const int MostRows = 200;
    private readonly Room room = new(database);

    /// <summary>GET and POST /api/{Action}?screen=…&amp;row=…</summary>
    public Task Handle(HttpContext context, string name, string screen)
    {
        var method = HttpMethods.IsHead(context.Request.Method) ? "GET" : context.Request.Method;
        if (method is not ("GET" or "POST")) throw new Problem(405, $"{name} is an action: it is called by POST.") { Allow = "GET, HEAD, POST" };
        var (entity, button) = catalog.Button(screen, name) ?? throw new Problem(404, $"The screen {screen} has no button that calls {name}.");
        var rows = Rows(context.Request.Query, button, isCall: method == "POST");
        var pressed = new Pressed(entity, button, rows);
        return method == "POST" ? calls.Handle(context, catalog.FindAction(name)!, pressed) : Show(context, pressed);
    }

    // Of selected rows each has its state in the list.
    private static long[] Rows(IQueryCollection query, ButtonDescriptor button, bool isCall)
    {
        foreach (var parameter in query.Keys)
            if (parameter is not ("screen" or "row")) throw Problem.Refused(parameter, $"There is no parameter {parameter}.", 400);
        var rows = new List<long>();
        foreach (var text in query["row"])
        {
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var row)) throw Refused("row must be an identifier.");
            if (!rows.Contains(row)) rows.Add(row);
        }
        if (button.OfRow && rows.Count != 1) throw Refused("Say for which row: row=7.");
        if (button.Rows.Length > 0 && isCall && rows.Count is < 1 or > MostRows) throw Refused($"Say for which rows, 1 to {MostRows}: row=7&row=9.");
        if (!button.OfRow && button.Rows.Length == 0 && rows.Count > 0) throw Refused("This button is for no row.");
        return button.OfRow || isCall ? [.. rows] : [];
    }

    private static Problem Refused(string sentence) => Problem.Refused("row", sentence, 400);

    private async Task Show(HttpContext context, Pressed pressed)
    {
        var selection = new Selection(catalog, pressed.Entity, [.. pressed.Button.State, .. pressed.Button.Asked], 0);
        var text = $"select {selection.Columns} from {pressed.Source}";
        var at = new Circumstances(catalog);
        using var answer = await Reads.Computed(() => Room.Found(context, () => database.Run(async connection =>
        {
            await using var command = Sql.Command(connection, text, pressed.Parameters(at));
            await using var reader = await command.ExecuteReaderAsync(selection.Behavior, context.RequestAborted);
            if (!await reader.ReadAsync(context.RequestAborted)) throw Reads.NotFound(pressed.Entity);
            return await Written(context, selection, reader);
        }, context.RequestAborted), () => room.Of(context, text, pressed.Parameters(at))));
        await answer.Send(200);
    }

    private static async Task<Answer> Written(HttpContext context, Selection selection, NpgsqlDataReader reader)
    {
        var answer = new Answer(context);
        try
        {
            await selection.Write(reader, answer, context.RequestAborted);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }
}

public sealed partial class ActionRun
{
    /// <summary>The inputs that a button gives. Its conditions are those of this moment: nobody changes the rows until the
    /// action has ended.</summary>
    internal async Task<Dictionary<string, object?>> Press(Pressed pressed, ActionDescriptor action)
    {
        var (button, given) = (pressed.Button, new Dictionary<string, object?>(StringComparer.Ordinal));
        if (button.Row.Length > 0) given[button.Row] = pressed.Rows[0];
        if (button.Rows.Length > 0)
            given[button.Rows] = action.Inputs.First(input => input.Name == button.Rows).List!(pressed.Rows.Cast<object?>());
        if (button.Allowed is null && button.Given.Length == 0) return given;
        var columns = string.Concat(button.Given.Select(input => $", {input.Expression}{Argument.Cast(input)}"));
        var locks = pressed.Rows.Length > 0;
        var sql = $"select {button.Allowed ?? "true"}{columns} from {pressed.Source}{(locks ? " for no key update of t" : "")}";
        var found = await transaction.All(new(sql, pressed.Parameters(new Circumstances(calls.Catalog, Now)), locks), row =>
        {
            if (row.Boolean(0) != true) throw new Problem(409, "This is not possible any more. Load the page again to see why.");
            for (var column = 0; column < button.Given.Length; column++)
                given[button.Given[column].Name] = row.Value(button.Given[column], column + 1);
            return true;
        }, memory.Hold);
        if (found.Count < pressed.Rows.Length) throw Reads.NotFound(pressed.Entity);
        return given;
    }
}
